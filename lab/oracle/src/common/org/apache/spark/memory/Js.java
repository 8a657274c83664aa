package org.apache.spark.memory;

import java.math.BigInteger;
import java.util.*;

/** Minimal JSON writer; integers beyond 2^53 are written as strings. */
public final class Js {
  static final BigInteger LIM = BigInteger.ONE.shiftLeft(53);

  public static LinkedHashMap<String, Object> m(Object... kv) {
    LinkedHashMap<String, Object> r = new LinkedHashMap<>();
    for (int i = 0; i < kv.length; i += 2) r.put((String) kv[i], kv[i + 1]);
    return r;
  }

  public static String s(Object o) {
    StringBuilder b = new StringBuilder();
    w(b, o);
    return b.toString();
  }

  static void w(StringBuilder b, Object o) {
    if (o == null) b.append("null");
    else if (o instanceof String) q(b, (String) o);
    else if (o instanceof Boolean) b.append(o);
    else if (o instanceof Double || o instanceof Float) b.append(o);
    else if (o instanceof Number) {
      BigInteger v = new BigInteger(o.toString());
      if (v.abs().compareTo(LIM) > 0) q(b, v.toString());
      else b.append(v);
    } else if (o instanceof Map) {
      b.append('{');
      boolean f = true;
      for (Map.Entry<?, ?> e : ((Map<?, ?>) o).entrySet()) {
        if (!f) b.append(',');
        f = false;
        q(b, String.valueOf(e.getKey()));
        b.append(':');
        w(b, e.getValue());
      }
      b.append('}');
    } else if (o instanceof Collection) {
      b.append('[');
      boolean f = true;
      for (Object e : (Collection<?>) o) {
        if (!f) b.append(',');
        f = false;
        w(b, e);
      }
      b.append(']');
    } else if (o instanceof long[]) {
      b.append('[');
      long[] a = (long[]) o;
      for (int i = 0; i < a.length; i++) {
        if (i > 0) b.append(',');
        w(b, a[i]);
      }
      b.append(']');
    } else q(b, o.toString());
  }

  static void q(StringBuilder b, String s) {
    b.append('"');
    for (int i = 0; i < s.length(); i++) {
      char c = s.charAt(i);
      if (c == '"' || c == '\\') b.append('\\').append(c);
      else if (c == '\n') b.append("\\n");
      else if (c < 32 || c > 126) b.append(String.format("\\u%04x", (int) c));
      else b.append(c);
    }
    b.append('"');
  }
}
