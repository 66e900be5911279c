/// The protocol machines. No I/O, no clock, no threads: octets, instants and luck come in as arguments.
module netkeep.engine {
    requires netkeep.ring;
    requires netkeep.wire;
    requires static org.jspecify;
}
