/// The parent of all domains: makes what must outlive them, watches and replaces them, and reads none of it.
module netkeep.keeper {
    requires netkeep.linux;
    requires static org.jspecify;
    requires transitive netkeep.domain;

    exports netkeep.keeper;
}
