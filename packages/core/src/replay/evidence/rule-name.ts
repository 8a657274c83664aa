/** Names of the rules of inference (`replay_checks.rule`), in the order in which they are asked. */
export type RuleName =
  | "layout_adopted"
  | "silent_removal"
  | "removal_reported_late"
  | "steps_counted_early"
  | "stale_line"
  | "unseen_blocks"
  | "unlogged_removals"
  | "execution_measured"
  | "unroll_unlogged"
  | "unroll_between_looks"
  | "order_of_use"
  | "printed_sizes";
