/// The fast path: the engine with rings and a ledger round it, in one loop.
module netkeep.stack {
    requires transitive netkeep.engine;
    requires static org.jspecify;

    exports netkeep.stack;
}
