package netkeep.engine.sim;

/// The process died here. Nobody but the host of the simulation catches it.
public final class Killed extends Error {
    private static final long serialVersionUID = 1L;

    public Killed() {
        super("killed", null, false, false);
    }
}
