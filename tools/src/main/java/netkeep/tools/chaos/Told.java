package netkeep.tools.chaos;

import java.util.Map;

/// What there is to tell in the end.
interface Told {
    /// What was lost, changed, repeated or ended that should not have been.
    long losses();

    /// By names, in the order of telling.
    Map<String, Object> values();

    /// A line each.
    default String text() {
        StringBuilder text = new StringBuilder();
        values().forEach((name, value) ->
                text.append(name.replace('_', ' ')).append(": ").append(value).append('\n'));
        return text.toString();
    }
}
