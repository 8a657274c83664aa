/**
 * Where no heap and no setting is known, the store's own capacity is the layout.
 */
import { learns, type Rule } from "./rule.ts";

export const layoutAdopted: Rule = {
  name: "layout_adopted",
  sentence: "tells the layout, of which nothing else is known",
  source: "MemoryStore prints its capacity as it starts",
  fixture: "layout-adopted",
  applies: ({ quantity, context }) =>
    quantity === "capacity" || (quantity === "free" && !context.state.rules.isCapacityKnown),
  narrows: learns,
};
