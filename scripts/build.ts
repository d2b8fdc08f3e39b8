/** Builds what cannot run from source: nothing yet. */
export {};
