package netkeep.tools.place;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// The reports of several stacks: those with the same directory share them.
final class Archive implements AutoCloseable {
    private final Map<Path, Reports> all = new LinkedHashMap<>();
    private final Consumer<String> complain;

    /// @param complain as [Reports] has it
    Archive(Consumer<String> complain) {
        this.complain = complain;
    }

    /// Those that are written there, closed with this object; null for nowhere.
    ///
    /// @param own as [Reports] has it
    @Nullable
    Reports at(@Nullable Path directory, boolean own) {
        return directory == null
                ? null
                : all.computeIfAbsent(directory.normalize(), path -> new Reports(path, own, complain));
    }

    @Override
    public void close() {
        all.values().forEach(Reports::close);
    }
}
