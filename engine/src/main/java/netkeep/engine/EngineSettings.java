package netkeep.engine;

import netkeep.engine.ip.IpSettings;
import netkeep.engine.socket.Share;
import netkeep.engine.tcp.TcpSettings;

/// The bounds of an engine, and how its protocols behave.
///
/// @param sockets  the most sockets of all sessions together
/// @param sessions the most sessions
/// @param frames   the most frames that one turn sends
/// @param ip       for IP
/// @param tcp      for TCP
/// @param share    of the flows, where several stacks have the same addresses
public record EngineSettings(int sockets, int sessions, int frames, IpSettings ip, TcpSettings tcp, Share share) {
    public static final EngineSettings DEFAULT =
            new EngineSettings(1 << 18, 1, 256, IpSettings.DEFAULT, TcpSettings.DEFAULT);

    public EngineSettings {
        require(sockets > 0, "sockets", sockets);
        require(sessions > 0 && sessions < 1 << 16, "sessions", sessions);
        require(frames >= 16, "frames", frames);
    }

    /// Settings of the only stack.
    public EngineSettings(int sockets, int sessions, int frames, IpSettings ip, TcpSettings tcp) {
        this(sockets, sessions, frames, ip, tcp, Share.ALL);
    }

    public EngineSettings withShare(Share value) {
        return new EngineSettings(sockets, sessions, frames, ip, tcp, value);
    }

    private static void require(boolean holds, String name, int value) {
        if (!holds) {
            throw new IllegalArgumentException(name + " " + value);
        }
    }
}
