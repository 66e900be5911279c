/// Time, luck and wires as arguments, for everybody's tests. Requires none of the others, so that all of them can
/// test with it.
module netkeep.sim {
    requires static org.jspecify;

    exports netkeep.sim;
}
