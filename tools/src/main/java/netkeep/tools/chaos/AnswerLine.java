package netkeep.tools.chaos;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;

/// A line of an answer, of HTTP or of redis-server.
final class AnswerLine {
    private static final int LONGEST = 4096;

    private AnswerLine() {}

    /// Reads to the line's end.
    ///
    /// @throws EOFException if there is none
    static String of(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int octet = in.read(); octet != '\n'; octet = in.read()) {
            if (octet < 0 || line.length() == LONGEST) {
                throw new EOFException("an answer breaks off after \"" + line + "\"");
            }
            line.append((char) octet);
        }
        return line.toString().strip();
    }
}
