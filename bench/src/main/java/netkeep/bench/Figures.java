package netkeep.bench;

import java.io.IOException;

/// What the small programs print: names and whole numbers in turn, `count 5 p50_ns 700`.
final class Figures {
    private final String[] words;

    private Figures(String[] words) {
        this.words = words;
    }

    static Figures of(String output) {
        return new Figures(output.strip().split("\\s+", -1));
    }

    /// @throws IOException if there is no such name, or no number behind it
    long get(String name) throws IOException {
        for (int i = 0; i + 1 < words.length; i += 2) {
            if (words[i].equals(name)) {
                try {
                    return Long.parseLong(words[i + 1]);
                } catch (NumberFormatException e) {
                    throw new IOException(name + " is no number: " + words[i + 1], e);
                }
            }
        }
        throw new IOException("no " + name + " in: " + String.join(" ", words));
    }
}
