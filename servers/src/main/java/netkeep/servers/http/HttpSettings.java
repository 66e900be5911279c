package netkeep.servers.http;

import java.nio.file.Path;

/// What an [HttpServer] serves, and how.
///
/// @param root     the directory whose files are served
/// @param listings whether a directory without index.html is answered by a list of its files
/// @param limits   how much of everything there may be
/// @param patience how long anything may take
/// @param workNs   work added to each request, for measurements; 0 for none
public record HttpSettings(Path root, boolean listings, HttpLimits limits, HttpPatience patience, long workNs) {
    public HttpSettings {
        Bounds.require(workNs >= 0, "workNs", workNs);
    }

    /// The files of a directory, with everything else as it usually is.
    public static HttpSettings of(Path root) {
        return new HttpSettings(root, true, HttpLimits.DEFAULT, HttpPatience.DEFAULT, 0);
    }

    /// The same with or without lists of directories.
    public HttpSettings withListings(boolean shown) {
        return new HttpSettings(root, shown, limits, patience, workNs);
    }

    /// The same with other limits.
    public HttpSettings withLimits(HttpLimits other) {
        return new HttpSettings(root, listings, other, patience, workNs);
    }

    /// The same with other patience.
    public HttpSettings withPatience(HttpPatience other) {
        return new HttpSettings(root, listings, limits, other, workNs);
    }

    /// The same with work added to each request.
    public HttpSettings withWorkNs(long addedNs) {
        return new HttpSettings(root, listings, limits, patience, addedNs);
    }
}
