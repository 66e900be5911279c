package netkeep.tools.status;

import java.util.LinkedHashMap;
import java.util.Map;
import netkeep.placement.SocketLine;

/// A line of what a daemon answers, as [netkeep.session.Ask] has it.
///
/// @param kind   its first word
/// @param fields numbers and truths as such
public record StatusLine(String kind, Map<String, Object> fields) {
    private static final String REASON = " reason=";

    public static StatusLine parse(String line) {
        int blank = line.indexOf(' ');
        int reason = line.indexOf(REASON);
        Map<String, Object> fields =
                new LinkedHashMap<>(SocketLine.fields(reason < 0 ? line : line.substring(0, reason)));
        if (reason >= 0) {
            fields.put("reason", line.substring(reason + REASON.length()));
        }
        return new StatusLine(blank < 0 ? line : line.substring(0, blank), fields);
    }

    public String text(String name) {
        return String.valueOf(fields.getOrDefault(name, ""));
    }

    /// 0 where there is none.
    public long number(String name) {
        return fields.get(name) instanceof Long number ? number : 0;
    }

    public boolean truth(String name) {
        return Boolean.TRUE.equals(fields.get(name));
    }
}
