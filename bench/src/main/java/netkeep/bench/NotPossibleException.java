package netkeep.bench;

/// This machine or this user cannot be measured on; the message says what is missing and what to do.
final class NotPossibleException extends Exception {
    private static final long serialVersionUID = 1L;

    NotPossibleException(String message) {
        super(message, null, false, false);
    }
}
