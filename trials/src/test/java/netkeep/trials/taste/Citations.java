package netkeep.trials.taste;

import com.sun.source.tree.AnnotationTree;
import com.sun.source.tree.AssignmentTree;
import com.sun.source.tree.ClassTree;
import com.sun.source.tree.ExpressionTree;
import com.sun.source.tree.LiteralTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.NewArrayTree;
import com.sun.source.util.TreePath;
import com.sun.source.util.TreePathScanner;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// What tests cite with `@Rfc`.
///
/// @param citers for each requirement, the tests that cite it: `Class.method` of the outermost class, or the class
///               alone where the citation stands on a class
/// @param faults citations that are none
record Citations(Map<String, Set<String>> citers, List<String> faults) {
    private static final Set<String> TESTS =
            Set.of("Test", "ParameterizedTest", "RepeatedTest", "TestFactory", "TestTemplate");

    static Citations of(List<Source> sources) {
        Citations citations = new Citations(new HashMap<>(), new ArrayList<>());
        for (Source source : sources) {
            if (source.test()) {
                source.scan(citations.new Reader(source));
            }
        }
        return citations;
    }

    private final class Reader extends TreePathScanner<Void, Void> {
        private final Source source;

        Reader(Source source) {
            this.source = source;
        }

        @Override
        public Void visitAnnotation(AnnotationTree annotation, Void nothing) {
            if (name(annotation).equals("Rfc")) {
                String citer = outermostClass();
                if (getCurrentPath().getParentPath().getParentPath().getLeaf() instanceof MethodTree method) {
                    citer += "." + method.getName();
                    List<String> others = method.getModifiers().getAnnotations().stream()
                            .map(Citations::name)
                            .toList();
                    if (others.stream().noneMatch(TESTS::contains) || others.contains("Disabled")) {
                        faults.add(source.at(annotation) + ": cites, but is no test that runs");
                    }
                }
                for (ExpressionTree argument : annotation.getArguments()) {
                    cite(argument, citer);
                }
            }
            return super.visitAnnotation(annotation, null);
        }

        private void cite(ExpressionTree argument, String citer) {
            switch (argument) {
                case AssignmentTree named -> cite(named.getExpression(), citer);
                case NewArrayTree several -> several.getInitializers().forEach(each -> cite(each, citer));
                case LiteralTree literal -> literal(literal, citer);
                default -> faults.add(source.at(argument) + ": not a string literal");
            }
        }

        private void literal(LiteralTree literal, String citer) {
            if (literal.getValue() instanceof String requirement) {
                citers.computeIfAbsent(requirement, key -> new HashSet<>()).add(citer);
            } else {
                faults.add(source.at(literal) + ": not a string literal");
            }
        }

        private String outermostClass() {
            String name = "";
            for (TreePath path = getCurrentPath(); path != null; path = path.getParentPath()) {
                if (path.getLeaf() instanceof ClassTree type) {
                    name = type.getSimpleName().toString();
                }
            }
            return name;
        }
    }

    private static String name(AnnotationTree annotation) {
        String whole = annotation.getAnnotationType().toString();
        return whole.substring(whole.lastIndexOf('.') + 1);
    }
}
