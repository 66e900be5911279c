/// Time, luck and wires as arguments, for everybody's tests. Requires none of the others, so that all of them can
/// test with it.
module netkeep.sim {
    requires static org.jspecify;
    // For whoever tests with [netkeep.sim.Simulated], and for nobody else.
    requires static org.junit.jupiter.api;

    exports netkeep.sim;
}
