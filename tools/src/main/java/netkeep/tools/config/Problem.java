package netkeep.tools.config;

/// What is wrong in a configuration, and what to do about it.
///
/// @param line in the file, from 1 on
public record Problem(int line, String message) implements Comparable<Problem> {
    @Override
    public int compareTo(Problem other) {
        return Integer.compare(line, other.line);
    }

    @Override
    public String toString() {
        return line + ": " + message;
    }
}
