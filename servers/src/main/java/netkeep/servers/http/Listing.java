package netkeep.servers.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Comparator;
import java.util.List;

/// A page that lists a directory.
final class Listing {
    static final String MEDIA_TYPE = "text/html; charset=utf-8";

    private Listing() {}

    /// @param title the directory's path, decoded
    /// @param top   whether it is the root, so that no way leads up
    static byte[] page(String title, boolean top, List<Root.Entry> entries) {
        StringBuilder page = new StringBuilder(256 + 160 * entries.size());
        page.append("<!DOCTYPE html>\n<html>\n<head><meta charset=\"utf-8\"><title>Index of ");
        escape(title, page);
        page.append("</title></head>\n<body>\n<h1>Index of ");
        escape(title, page);
        page.append("</h1>\n<table>\n");
        if (!top) {
            page.append("<tr><td><a href=\"../\">../</a></td></tr>\n");
        }
        entries.stream()
                .sorted(Comparator.comparing((Root.Entry entry) -> !entry.directory())
                        .thenComparing(Root.Entry::name))
                .forEach(entry -> line(entry, page));
        page.append("</table>\n");
        if (entries.size() == Root.ENTRIES) {
            page.append("<p>There is more here than is listed.</p>\n");
        }
        return page.append("</body>\n</html>\n").toString().getBytes(UTF_8);
    }

    private static void line(Root.Entry entry, StringBuilder page) {
        String slash = entry.directory() ? "/" : "";
        // RFC 3986 §4.2: a colon in a first segment would make a scheme of what is before it; an escape does not.
        String link = TargetPath.encode(entry.name()).replace(":", "%3A").replace("'", "%27");
        page.append("<tr><td><a href=\"")
                .append(link.replace("&", "&amp;"))
                .append(slash)
                .append("\">");
        escape(entry.name() + slash, page);
        byte[] date = new byte[HttpDate.LENGTH];
        HttpDate.write(Math.max(0, entry.modifiedSeconds()), date, 0);
        page.append("</a></td><td>").append(new String(date, ISO_8859_1)).append("</td><td align=\"right\">");
        page.append(entry.directory() ? "" : Long.toString(entry.size())).append("</td></tr>\n");
    }

    private static void escape(String text, StringBuilder page) {
        for (int i = 0; i < text.length(); i++) {
            char character = text.charAt(i);
            switch (character) {
                case '&' -> page.append("&amp;");
                case '<' -> page.append("&lt;");
                case '>' -> page.append("&gt;");
                case '"' -> page.append("&quot;");
                case '\'' -> page.append("&#39;");
                default -> page.append(character);
            }
        }
    }
}
