package netkeep.tools.place;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import netkeep.engine.socket.Share;
import netkeep.link.Link;
import netkeep.linux.Descriptors;
import netkeep.linux.LinuxException;
import netkeep.linux.Steering;
import netkeep.linux.Tun;
import netkeep.placement.BesideRings;
import netkeep.placement.Settings;
import netkeep.session.BesideTerms;
import netkeep.tools.CannotHere;
import netkeep.tools.config.AtStart;
import netkeep.tools.config.Config;
import netkeep.tools.config.NameFiles;
import netkeep.tools.serve.StackOptions;

/// The links of a daemon, their devices open, and what it is to be on them.
final class Devices implements AutoCloseable {
    private static final Logger LOG = System.getLogger(Devices.class.getName());

    private final List<Link> links;
    private final Settings settings;
    private final int hosts;

    private Devices(List<Link> links, Settings settings, Config.Names names) {
        this.links = links;
        this.settings = settings;
        this.hosts = NameFiles.hosts(names);
    }

    /// Of a command line.
    ///
    /// @param start what only the start takes, as [AtStart] says it
    static Devices of(StackOptions options, List<String> start) {
        Link link = options.device();
        Settings settings = options.settings(link);
        List<String> lines = new ArrayList<>(settings.lines());
        lines.addAll(NameFiles.settings(Config.Names.DEFAULT).lines());
        lines.addAll(start);
        settings.devices().forEach(device -> lines.add(AtStart.kernel(device.name(), options.kernelAddresses())));
        Settings all = new Settings(settings.parts(), settings.spinNs(), false, settings.devices(), lines);
        return new Devices(List.of(link), all, Config.Names.DEFAULT);
    }

    /// Of a configuration, for each of its stacks: a queue of each link.
    ///
    /// @param file  where it stands
    /// @param path  where programs attach to the first
    /// @param start what only the start takes, as [AtStart] says it
    /// @throws CannotHere if this machine or user cannot
    static List<Devices> of(Config config, Path file, Path path, List<String> start) {
        int stacks = Math.max(1, config.stacks().size());
        List<List<Link>> links = new ArrayList<>();
        for (int stack = 0; stack < stacks; stack++) {
            links.add(new ArrayList<>());
        }
        try {
            for (Config.LinkConfig plan : config.links()) {
                List<? extends Link> queues = stacks == 1 ? List.of(plan.open()) : plan.openQueues();
                for (int stack = 0; stack < stacks; stack++) {
                    links.get(stack).add(queues.get(stack));
                }
            }
        } catch (LinuxException | IllegalArgumentException refused) {
            links.forEach(its -> its.forEach(Link::close));
            throw new CannotHere(file + ": " + refused.getMessage());
        }
        List<Devices> all = new ArrayList<>();
        for (int stack = 0; stack < stacks; stack++) {
            Config its = stacks == 1 ? config : config.stack(stack);
            List<String> fixed = new ArrayList<>(start);
            fixed.addAll(stacks == 1 ? List.of() : config.shareLines(path, stack));
            all.add(of(its, file, links.get(stack), fixed));
        }
        return all;
    }

    private static Devices of(Config config, Path file, List<Link> links, List<String> fixed) {
        List<Settings.Device> devices = new ArrayList<>();
        for (int i = 0; i < links.size(); i++) {
            Config.LinkConfig plan = config.links().get(i);
            devices.add(Settings.Device.of(plan.kind(), plan.name(), links.get(i)));
        }
        List<String> lines = new ArrayList<>(config.lines());
        lines.addAll(config.filterLines());
        lines.addAll(config.limitLines());
        lines.add("sessions " + config.limits().sessions());
        lines.add("file " + file.toAbsolutePath());
        lines.addAll(fixed);
        BesideTerms beside = config.beside();
        if (beside != null) {
            lines.add(beside.text());
            steer(links, beside);
        }
        lines.addAll(NameFiles.settings(config.names()).lines());
        Settings settings = new Settings(List.of(), config.spinNs(), false, devices, lines);
        return new Devices(links, settings, config.names());
    }

    /// Has the kernel give each of two stacks what is its own. Where it will not, they bring each other what came
    /// by the wrong queue.
    private static void steer(List<Link> links, BesideTerms beside) {
        BitSet its = new Share(BesideRings.PROGRAM, 2, 0).with(beside.set());
        for (Link link : links) {
            if (!Steering.byPort(link.descriptor(), its)) {
                LOG.log(Level.DEBUG, "the kernel chooses the queue of a flow by a hash");
            }
        }
    }

    Settings settings() {
        return settings;
    }

    /// In the order of the links' numbers.
    List<Integer> descriptors() {
        return links.stream().map(Link::descriptor).toList();
    }

    /// Opens one more queue of each, for a program's own stack: the kernel gives it frames from now on, until the
    /// last descriptor of it is closed.
    ///
    /// @return descriptors, in the same order; none if one cannot be opened
    List<Integer> more() {
        List<Integer> queues = new ArrayList<>();
        try {
            for (Settings.Device device : settings.devices()) {
                queues.add(Tun.open(device.name(), true));
            }
            return queues;
        } catch (LinuxException refused) {
            queues.forEach(Descriptors::close);
            LOG.log(Level.WARNING, "there is no queue for a program's own stack: " + refused.getMessage());
            return List.of();
        }
    }

    /// The text of the hosts file, a region to be read.
    int hosts() {
        return hosts;
    }

    @Override
    public void close() {
        Descriptors.close(hosts);
        links.forEach(Link::close);
    }
}
