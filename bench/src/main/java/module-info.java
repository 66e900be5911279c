/// Measurements, beside the kernel's own stack in the same run. Keeps out of the stack: what it measures it starts as
/// a process of its own; but rings and doorbells it tries itself.
module netkeep.bench {
    requires info.picocli;
    requires netkeep.domain;
    requires netkeep.linux;
    requires netkeep.servers;
    requires static org.jspecify;

    exports netkeep.bench;

    // picocli sets the options' fields.
    opens netkeep.bench to
            info.picocli;
}
