package netkeep.trials.taste;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What a page of `docs/layouts` draws in a fenced block: `layout NAME LENGTH`, `numbers NAME` or `places SIZES`.
///
/// @param kind    the block's first word
/// @param name    the rest of its first line
/// @param numbers name as the code's constant, and offset or number
/// @param faults  where lines leave a gap, overlap or cannot be read
record Drawing(String kind, String name, Map<String, Long> numbers, List<String> faults) {
    private static final Pattern BLOCK =
            Pattern.compile("^```(layout|numbers|places) ([^\\n]+)\\n(.*?)^```$", Pattern.MULTILINE | Pattern.DOTALL);
    private static final Pattern FIELD =
            Pattern.compile(" *(\\d+) +(?:free (\\d+)|(u8|u16|u32|u64|address) +([a-z.]+)(?: .*)?)");
    private static final Pattern NUMBER = Pattern.compile(" *(\\d+) +([a-z.]+)(?: .*)?");
    private static final Pattern PLACE = Pattern.compile("(\\w+) +(\\d+)");
    private static final Map<String, Integer> LENGTHS = Map.of("u8", 1, "u16", 2, "u32", 4, "u64", 8, "address", 16);

    /// All drawings of a page.
    static List<Drawing> of(Path page) throws IOException {
        List<Drawing> all = new ArrayList<>();
        Matcher block = BLOCK.matcher(Files.readString(page));
        while (block.find()) {
            all.add(of(block.group(1), block.group(2), block.group(3)));
        }
        return all;
    }

    private static Drawing of(String kind, String name, String text) {
        Drawing drawing = new Drawing(kind, name, new LinkedHashMap<>(), new ArrayList<>());
        switch (kind) {
            case "layout" -> drawing.fields(text);
            case "numbers" -> drawing.lines(text, NUMBER, 2, 1);
            default -> drawing.lines(text, PLACE, 1, 2);
        }
        return drawing;
    }

    private void lines(String text, Pattern pattern, int nameGroup, int numberGroup) {
        for (String line : text.lines().toList()) {
            Matcher found = pattern.matcher(line);
            if (found.matches()) {
                put(found.group(nameGroup), Long.parseLong(found.group(numberGroup)));
            } else {
                faults.add("no such line: " + line);
            }
        }
    }

    private void fields(String text) {
        long end = 0;
        for (String line : text.lines().toList()) {
            Matcher field = FIELD.matcher(line);
            if (!field.matches()) {
                faults.add("no such line: " + line);
                continue;
            }
            long at = Long.parseLong(field.group(1));
            if (at != end) {
                faults.add("begins at " + at + ", not at " + end + ": " + line);
            }
            if (field.group(2) != null) {
                end = at + Long.parseLong(field.group(2));
            } else {
                put(field.group(4), at);
                end = at + LENGTHS.get(field.group(3));
            }
        }
        if (end != length()) {
            faults.add("ends at " + end + ", not at " + length());
        }
    }

    /// Octets of a layout.
    long length() {
        return Long.parseLong(name.substring(name.indexOf(' ') + 1));
    }

    /// The name without what follows it.
    String shortName() {
        return name.split(" ")[0];
    }

    private void put(String name, long number) {
        String constant = kind.equals("places") ? name : name.replace('.', '_').toUpperCase(Locale.ROOT);
        if (numbers.put(constant, number) != null) {
            faults.add("twice: " + name);
        }
    }
}
