package netkeep.trials.taste;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import com.sun.source.tree.ImportTree;
import com.sun.source.tree.RequiresTree;
import com.sun.source.util.TreePathScanner;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/// A module requires only modules of lower floors, and inside the engine packages are floors again.
class FloorsTest {
    private static final Map<String, Integer> FLOORS = floors(
            List.of("wire", "ring", "linux", "sim"),
            List.of("engine", "domain"),
            List.of("link", "stack", "control", "client"),
            List.of("embedded", "keeper", "shim", "servers"),
            List.of("agent", "tools", "bench", "trials"));

    /// On the top floor the one command brings the measurements along, and the trials try both.
    private static final Map<String, Set<String>> SIDEWAYS =
            Map.of("tools", Set.of("bench"), "trials", Set.of("tools", "bench"));

    private static final Map<String, Integer> ENGINE_FLOORS =
            floors(List.of("neighbor"), List.of("ip"), List.of("icmp"), List.of("udp", "tcp", "dhcp"), List.of(""));

    private static final String ENGINE = "netkeep.engine";

    @Test
    void modulesRequireOnlyLowerFloors() {
        List<String> findings = new ArrayList<>();
        int declarations = 0;
        for (Source source : Source.all()) {
            if (source.tree().getModule() != null) {
                declarations++;
                findings.addAll(upwards(source));
            }
        }
        assertEquals(List.of(), findings);
        assertEquals(Source.modules().size(), declarations, "every module declares itself");
    }

    @Test
    void everyModuleHasAFloor() {
        Set<String> homeless = new TreeSet<>(Source.modules());
        homeless.removeAll(FLOORS.keySet());
        assertEquals(Set.of(), homeless);
    }

    @Test
    void enginePackagesImportOnlyLowerFloors() {
        List<String> findings = new ArrayList<>();
        for (Source source : Source.all()) {
            if (source.module().equals("engine") && !source.test()) {
                findings.addAll(enginesUpwards(source));
            }
        }
        assertEquals(List.of(), findings);
    }

    @Test
    void enginePackagesFormNoCircle() {
        Map<String, Set<String>> imports = new HashMap<>();
        for (Source source : Source.all()) {
            if (source.module().equals("engine") && !source.test()) {
                imports.computeIfAbsent(enginePackage(packageOf(source)), name -> new TreeSet<>())
                        .addAll(engineImports(source));
            }
        }
        // What imports nothing that is left can stand below the rest: a circle never gets there.
        while (imports.values().removeIf(Set::isEmpty)) {
            imports.values().forEach(names -> names.retainAll(imports.keySet()));
        }
        assertEquals(Map.of(), imports);
    }

    @Test
    void requiringUpwardsIsFound() {
        Source link = Source.sample("link", false, "module netkeep.link { requires transitive netkeep.embedded; }");
        Source aside = Source.sample("link", false, "module netkeep.link { requires netkeep.client; }");
        Source down =
                Source.sample("link", false, "module netkeep.link { requires netkeep.ring; requires java.base; }");

        assertFalse(upwards(link).isEmpty());
        assertFalse(upwards(aside).isEmpty());
        assertEquals(List.of(), upwards(down));
    }

    @Test
    void engineImportingUpwardsIsFound() {
        String up = "package netkeep.engine.ip; import netkeep.engine.tcp.Tcb; class Sample {}";
        String down = "package netkeep.engine.tcp; import static netkeep.engine.ip.Route.BEST; class Sample {}";

        assertFalse(enginesUpwards(Source.sample("engine", false, up)).isEmpty());
        assertEquals(List.of(), enginesUpwards(Source.sample("engine", false, down)));
    }

    private static List<String> upwards(Source source) {
        List<String> findings = new ArrayList<>();
        source.scan(new TreePathScanner<Void, Void>() {
            @Override
            public Void visitRequires(RequiresTree requires, Void nothing) {
                String name = requires.getModuleName().toString();
                if (name.startsWith("netkeep.") && !allowed(source.module(), name.substring("netkeep.".length()))) {
                    findings.add(source.at(requires) + ": " + source.module() + " requires " + name);
                }
                return null;
            }
        });
        return findings;
    }

    private static boolean allowed(String module, String required) {
        int own = FLOORS.getOrDefault(module, 0);
        int other = FLOORS.getOrDefault(required, Integer.MAX_VALUE);
        return other < own
                || SIDEWAYS.getOrDefault(module, Set.of()).contains(required)
                // The simulator's floor is everybody's, so it may stand on its neighbours there.
                || module.equals("sim") && other == 0;
    }

    private static List<String> enginesUpwards(Source source) {
        List<String> findings = new ArrayList<>();
        String own = enginePackage(packageOf(source));
        for (String imported : engineImports(source)) {
            int from = ENGINE_FLOORS.getOrDefault(own, -1);
            int to = ENGINE_FLOORS.getOrDefault(imported, -1);
            if (from >= 0 && to >= from) {
                findings.add(source.path() + ": engine." + own + " imports engine." + imported);
            }
        }
        return findings;
    }

    /// The other packages of the engine that a source imports from, each as [#enginePackage] names it.
    private static Set<String> engineImports(Source source) {
        Set<String> imported = new TreeSet<>();
        for (ImportTree line : source.tree().getImports()) {
            String name = line.getQualifiedIdentifier().toString();
            if (name.startsWith(ENGINE + ".")) {
                imported.add(enginePackage(name));
            }
        }
        imported.remove(enginePackage(packageOf(source)));
        return imported;
    }

    /// The part of a name that says which package of the engine it is in: `tcp`, or nothing for the root.
    private static String enginePackage(String name) {
        String rest = name.substring(Math.min(name.length(), ENGINE.length() + 1));
        String first = rest.split("\\.", 2)[0];
        return first.isEmpty() || Character.isUpperCase(first.charAt(0)) ? "" : first;
    }

    private static String packageOf(Source source) {
        return source.tree().getPackageName() == null
                ? ENGINE
                : source.tree().getPackageName().toString();
    }

    @SafeVarargs
    private static Map<String, Integer> floors(List<String>... floors) {
        Map<String, Integer> map = new HashMap<>();
        for (int floor = 0; floor < floors.length; floor++) {
            for (String name : floors[floor]) {
                map.put(name, floor);
            }
        }
        return map;
    }
}
