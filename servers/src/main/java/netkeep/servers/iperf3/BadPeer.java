package netkeep.servers.iperf3;

import java.io.IOException;

/// The other side does not keep to the protocol, or wants what is not done here. The connection ends.
public final class BadPeer extends IOException {
    private static final long serialVersionUID = 1L;

    BadPeer(String message) {
        super(message);
    }
}
