package netkeep.domain;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import netkeep.ring.Layouts;
import org.jspecify.annotations.Nullable;

/// Which build of the program a process runs, as it says it with [Word#READY]: `LAYOUTS VERSION`.
///
/// @param layouts as [Layouts#version]
/// @param version for people: one word of at most 64 characters
public record Build(int layouts, String version) {
    private static final int LONGEST = 64;

    /// This program's.
    public static Build own() {
        try (InputStream in = Build.class.getResourceAsStream("version.txt")) {
            String version = in == null ? "unknown" : new String(in.readAllBytes(), StandardCharsets.UTF_8).strip();
            return new Build(Layouts.version(), version);
        } catch (IOException damaged) {
            throw new UncheckedIOException(damaged);
        }
    }

    public String text() {
        return layouts + " " + version;
    }

    /// @throws IllegalArgumentException if the text is none
    public static Build parse(String text) {
        String[] words = text.split(" ", -1);
        if (words.length != 2 || words[1].length() > LONGEST) {
            throw new IllegalArgumentException("no build: " + Word.plain(text));
        }
        return new Build(Integer.parseInt(words[0]), words[1].replaceAll("[^\\p{Graph}]", "?"));
    }

    /// Why a process of it cannot take over from those of this one, and what to do; null if it can.
    public @Nullable String refusal() {
        int ours = Layouts.version();
        return layouts == ours
                ? null
                : "version " + version + " lays memory out as number " + layouts + ", and what runs as number " + ours
                        + ": put a program of number " + ours + " back, or end what runs and start it anew";
    }
}
