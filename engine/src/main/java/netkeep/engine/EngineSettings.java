package netkeep.engine;

import netkeep.engine.ip.IpSettings;
import netkeep.engine.tcp.TcpSettings;

/// The bounds of an engine, and how its protocols behave.
///
/// @param sockets  the most sockets of all sessions together
/// @param sessions the most sessions
/// @param frames   the most frames that one turn sends
/// @param ip       for IP
/// @param tcp      for TCP
public record EngineSettings(int sockets, int sessions, int frames, IpSettings ip, TcpSettings tcp) {
    public static final EngineSettings DEFAULT =
            new EngineSettings(1 << 18, 1, 256, IpSettings.DEFAULT, TcpSettings.DEFAULT);

    public EngineSettings {
        require(sockets > 0, "sockets", sockets);
        require(sessions > 0 && sessions < 1 << 16, "sessions", sessions);
        require(frames >= 16, "frames", frames);
    }

    private static void require(boolean holds, String name, int value) {
        if (!holds) {
            throw new IllegalArgumentException(name + " " + value);
        }
    }
}
