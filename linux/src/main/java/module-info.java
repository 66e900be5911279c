/// The Linux calls that Netkeep uses, one method each. The only module with native access, and the only one that knows
/// the processor's architecture. It knows nothing of frames, packets or rings.
module netkeep.linux {
    requires static org.jspecify;

    exports netkeep.linux;
}
