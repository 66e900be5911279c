package netkeep.engine.sim;

import java.lang.reflect.Field;
import netkeep.engine.Engine;
import netkeep.engine.tcp.Tcp;
import netkeep.engine.tcp.TcpView;
import netkeep.wire.Address;

/// What a test sees of an engine that others do not.
final class View {
    private View() {}

    static String tcpState(Engine engine, Address local, int localPort, Address remote, int remotePort) {
        return TcpView.state((Tcp) field(engine, "tcp"), local, localPort, remote, remotePort);
    }

    /// The value of a private field.
    static Object field(Object of, String name) {
        try {
            Field field = of.getClass().getDeclaredField(name);
            field.setAccessible(true);
            return field.get(of);
        } catch (ReflectiveOperationException wrong) {
            throw new AssertionError(name, wrong);
        }
    }
}
