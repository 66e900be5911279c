/// The fast path: the engine with rings and a ledger round it, in one loop.
module netkeep.stack {
    requires netkeep.engine;
    requires netkeep.linux;
    requires netkeep.ring;
    requires netkeep.wire;
    requires static org.jspecify;
}
