/// What every domain has: regions and descriptors that it is granted, a line to its keeper.
module netkeep.domain {
    requires java.logging;
    requires netkeep.linux;
    requires static org.jspecify;
    requires transitive netkeep.ring;

    exports netkeep.domain;
}
