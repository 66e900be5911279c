/// The protocol machines. No I/O, no clock, no threads: octets, instants and luck come in as arguments.
module netkeep.engine {
    requires static org.jspecify;
    requires transitive netkeep.ring;
    requires transitive netkeep.wire;

    exports netkeep.engine;
    exports netkeep.engine.dhcp;
    exports netkeep.engine.icmp;
    exports netkeep.engine.ip;
    exports netkeep.engine.ledger;
    exports netkeep.engine.neighbor;
    exports netkeep.engine.socket;
    exports netkeep.engine.tcp;
    exports netkeep.engine.udp;
}
