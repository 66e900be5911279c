package netkeep.tools.place;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import netkeep.domain.Line;
import netkeep.keeper.Keeper;
import netkeep.keeper.Plan;
import netkeep.linux.Descriptors;
import netkeep.linux.LinuxException;
import netkeep.linux.Threads;
import netkeep.placement.Settings;
import netkeep.session.BesideTerms;
import netkeep.tools.CannotHere;

/// A stack with its devices, domains and keeper. Several in one process share nothing but that.
final class KeptStack implements AutoCloseable {
    private final Path path;
    private final Devices devices;
    private final int listener;
    private final Keeper keeper;

    /// @param path     where programs attach; nothing may be there
    /// @param standbys processes that wait to take over
    /// @param devices  closed with this object
    /// @param beside   what it shares with other stacks, to stay open as long
    KeptStack(
            Path path,
            Placement placement,
            int standbys,
            Devices devices,
            List<Plan.Grant> beside,
            Keeper.Watcher watcher)
            throws IOException {
        this.path = path;
        this.devices = devices;
        this.listener = listen(path);
        boolean made = false;
        try {
            Settings settings = devices.settings();
            admit(settings);
            this.keeper = new Keeper(
                    placement.plan(
                            path,
                            ThisProgram.domain(),
                            settings,
                            devices.descriptors(),
                            beside,
                            listener,
                            devices.hosts(),
                            standbys,
                            devices::more),
                    watcher);
            made = true;
        } finally {
            if (!made) {
                Descriptors.close(listener);
                Files.deleteIfExists(path);
            }
        }
    }

    /// Keeps it until [#end].
    void run() {
        keeper.run();
    }

    /// Ends it soon, from any thread.
    void end() {
        keeper.end();
    }

    @Override
    public void close() {
        keeper.close();
        Descriptors.close(listener);
        devices.close();
        try {
            Files.deleteIfExists(path);
        } catch (IOException stays) {
            throw new UncheckedIOException(stays);
        }
    }

    /// What a keeper that was killed has left.
    static void removeDead(Path path) throws IOException {
        try {
            Line.to(path.toString()).close();
        } catch (LinuxException nobody) {
            Files.deleteIfExists(path);
            return;
        }
        throw new CannotHere("somebody keeps a stack at " + path + " already: choose another --session");
    }

    /// A daemon that serves the programs of several users lets all of them attach: who may come so far the
    /// directory says.
    private void admit(Settings settings) throws IOException {
        BesideTerms beside = settings.besideTerms();
        if (!settings.beside().isEmpty() || beside != null && beside.user() != Threads.effectiveUser()) {
            Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-rw-rw-"));
        }
    }

    private static int listen(Path path) {
        try {
            return Line.listen(path.toString());
        } catch (LinuxException | IllegalArgumentException refused) {
            Path directory = path.toAbsolutePath().getParent();
            if (directory != null && !Files.isDirectory(directory)) {
                throw new CannotHere("cannot listen at " + path + ": make the directory " + directory
                        + ", for this user alone, or choose another --session");
            }
            throw new CannotHere("cannot listen at " + path + ": " + refused.getMessage());
        }
    }
}
