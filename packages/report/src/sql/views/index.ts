/** All views and macros, in the order in which they are shown. */
import type { MacroSpec, ViewSpec } from "../view.ts";

export const views: readonly ViewSpec[] = [];

export const macros: readonly MacroSpec[] = [];
