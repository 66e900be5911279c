package netkeep.engine.fuzz;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;

/// Stories that once ended badly, one a line: seed, length, and what it was.
final class Corpus {
    /// Tells a story of so many steps.
    interface Teller {
        void story(long seed, int steps);
    }

    private Corpus() {}

    /// @param name of the file beside this class
    /// @throws AssertionError if there is none
    static void replay(String name, Teller teller) throws IOException {
        InputStream stream = Corpus.class.getResourceAsStream(name);
        if (stream == null) {
            throw new AssertionError("no corpus " + name);
        }
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8))) {
            lines.lines()
                    .filter(line -> !line.isBlank() && !line.startsWith("#"))
                    .forEach(line -> {
                        String[] words = line.split(" ", 3);
                        teller.story(Long.parseLong(words[0]), Integer.parseInt(words[1]));
                    });
        }
    }
}
