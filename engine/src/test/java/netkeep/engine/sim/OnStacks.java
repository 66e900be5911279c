package netkeep.engine.sim;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.ClassTemplate;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ClassTemplateInvocationContext;
import org.junit.jupiter.api.extension.ClassTemplateInvocationContextProvider;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.Extension;
import org.junit.jupiter.api.extension.ExtensionContext;

/// Scenarios that are played several times, with so many stacks that share the flows of one address.
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ClassTemplate
@ExtendWith(OnStacks.Plays.class)
public @interface OnStacks {
    int[] value() default {1, 2, 256};

    /// Plays a class once for each number.
    final class Plays implements ClassTemplateInvocationContextProvider {
        public Plays() {}

        @Override
        public boolean supportsClassTemplate(ExtensionContext context) {
            return context.getRequiredTestClass().isAnnotationPresent(OnStacks.class);
        }

        @Override
        public Stream<ClassTemplateInvocationContext> provideClassTemplateInvocationContexts(ExtensionContext context) {
            int[] stacks =
                    context.getRequiredTestClass().getAnnotation(OnStacks.class).value();
            return Arrays.stream(stacks).mapToObj(Play::new);
        }
    }

    /// One of these times.
    ///
    /// @param stacks how many
    record Play(int stacks) implements ClassTemplateInvocationContext, BeforeEachCallback, AfterEachCallback {
        @Override
        public String getDisplayName(int invocation) {
            return stacks == 1 ? "1 stack" : stacks + " stacks";
        }

        @Override
        public List<Extension> getAdditionalExtensions() {
            return List.of(this);
        }

        @Override
        public void beforeEach(ExtensionContext context) {
            Scenario.stacks(stacks);
        }

        @Override
        public void afterEach(ExtensionContext context) {
            Scenario.stacks(1);
        }
    }
}
