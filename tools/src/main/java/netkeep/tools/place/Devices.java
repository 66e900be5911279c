package netkeep.tools.place;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import netkeep.link.Link;
import netkeep.linux.LinuxException;
import netkeep.placement.Settings;
import netkeep.tools.CannotHere;
import netkeep.tools.config.Config;
import netkeep.tools.serve.StackOptions;

/// The links of a daemon, their devices open, and what it is to be on them.
final class Devices implements AutoCloseable {
    private final List<Link> links;
    private final Settings settings;

    private Devices(List<Link> links, Settings settings) {
        this.links = links;
        this.settings = settings;
    }

    /// Of a command line.
    static Devices of(StackOptions options) {
        Link link = options.device();
        return new Devices(List.of(link), options.settings(link));
    }

    /// Of a configuration.
    ///
    /// @param file where it stands
    /// @throws CannotHere if this machine or user cannot
    static Devices of(Config config, Path file) {
        List<Link> links = new ArrayList<>();
        List<Settings.Device> devices = new ArrayList<>();
        try {
            for (Config.LinkConfig plan : config.links()) {
                Link link = plan.open();
                links.add(link);
                devices.add(Settings.Device.of(plan.kind(), plan.name(), link));
            }
        } catch (LinuxException | IllegalArgumentException refused) {
            links.forEach(Link::close);
            throw new CannotHere(file + ": " + refused.getMessage());
        }
        List<String> lines = new ArrayList<>(config.lines());
        lines.addAll(config.filterLines());
        lines.addAll(config.limitLines());
        lines.add("sessions " + config.limits().sessions());
        lines.add("file " + file.toAbsolutePath());
        return new Devices(links, new Settings(List.of(), config.spinNs(), false, devices, lines));
    }

    Settings settings() {
        return settings;
    }

    /// In the order of the links' numbers.
    List<Integer> descriptors() {
        return links.stream().map(Link::descriptor).toList();
    }

    @Override
    public void close() {
        links.forEach(Link::close);
    }
}
