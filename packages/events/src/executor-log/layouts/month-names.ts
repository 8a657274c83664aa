/**
 * Months and halves of the day as Java prints them in the languages of its users: java.util.logging
 * and `%d{d MMM yyyy}` follow the machine's locale.
 */

const BY_MONTH: readonly string[] = [
  "Jan|janv|ene|gen|sty|oca|янв|1月|一月|1월",
  "Feb|févr|fev|fév|lut|şub|фев|2月|二月|2월",
  "Mar|mars|mär|mrt|maart|мар|3月|三月|3월",
  "Apr|avr|abr|kwi|nis|апр|4月|四月|4월",
  "May|mai|mei|mag|maj|мая|май|5月|五月|5월",
  "Jun|juin|giu|cze|haz|июн|6月|六月|6월",
  "Jul|juil|lug|lip|tem|июл|7月|七月|7월",
  "Aug|août|aoû|ago|sie|ağu|авг|8月|八月|8월",
  "Sep|set|wrz|eyl|сен|9月|九月|9월",
  "Oct|okt|out|ott|paź|eki|окт|10月|十月|10월",
  "Nov|lis|kas|ноя|11月|十一月|11월",
  "Dec|déc|dez|dic|gru|ara|дек|12月|十二月|12월",
];

/** Texts are searched by their bytes: each byte is a letter there. */
function bytesOf(text: string): string {
  return Buffer.from(text).toString("latin1");
}

const MONTH_OF: ReadonlyMap<string, number> = new Map(
  BY_MONTH.flatMap((names, i) =>
    names.split("|").flatMap((name) => {
      const capital = name.slice(0, 1).toUpperCase() + name.slice(1);
      return [bytesOf(name), bytesOf(capital)].map((said) => [said, i + 1] as const);
    }),
  ),
);

/** For a search, the longest first: `juin` is no `jui`. */
export const MONTHS: string = [...MONTH_OF.keys()]
  .sort((one, other) => other.length - one.length)
  .join("|");

/** 1 to 12, of a name that `MONTHS` found. */
export function monthOf(name: string): number {
  return MONTH_OF.get(name) ?? 0;
}

const BEFORE_NOON = ["上午", "午前", "오전"].map(bytesOf);
const AFTER_NOON = ["下午", "午後", "오후"].map(bytesOf);
/** They stand before the clock, or behind it. */
export const HALVES: string = [...BEFORE_NOON, ...AFTER_NOON].join("|");

export function isAfternoon(half: string): boolean {
  return /^p/i.test(half) || AFTER_NOON.includes(half);
}

/** `年`, `月`, `日` between the numbers of a date. */
export const DATE_SIGNS: Readonly<Record<"year" | "month" | "day", string>> = {
  year: bytesOf("年"),
  month: bytesOf("月"),
  day: bytesOf("日"),
};
