package netkeep.servers.iperf3;

/// What the two ends of the control connection tell each other, one octet each.
enum Step {
    TEST_START(1),
    TEST_RUNNING(2),
    TEST_END(4),
    PARAM_EXCHANGE(9),
    CREATE_STREAMS(10),
    SERVER_TERMINATE(11),
    CLIENT_TERMINATE(12),
    EXCHANGE_RESULTS(13),
    DISPLAY_RESULTS(14),
    IPERF_DONE(16),
    ACCESS_DENIED(-1),
    /// Two numbers of 32 bits follow: iperf3's error and errno.
    SERVER_ERROR(-2);

    private final byte code;

    Step(int code) {
        this.code = (byte) code;
    }

    byte code() {
        return code;
    }

    static Step of(byte code) throws BadPeer {
        for (Step step : values()) {
            if (step.code == code) {
                return step;
            }
        }
        throw new BadPeer("step " + code);
    }
}
