package netkeep.tools;

/// This machine, or this user, cannot do what the command was asked for. The message says what forbids it and what to
/// do about it; the command ends with exit code 2.
public final class CannotHere extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public CannotHere(String message) {
        super(message, null, false, false);
    }
}
