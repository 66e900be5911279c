package netkeep.agent;

import com.sun.tools.attach.VirtualMachine;

/// Lets the agent into another JVM: a process of its own, since a JVM does not let itself do it.
final class Letting {
    private Letting() {}

    /// @param arguments process, jar, options
    public static void main(String[] arguments) throws Exception {
        VirtualMachine machine = VirtualMachine.attach(arguments[0]);
        try {
            machine.loadAgent(arguments[1], arguments[2]);
        } finally {
            machine.detach();
        }
    }
}
