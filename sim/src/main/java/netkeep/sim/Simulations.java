package netkeep.sim;

import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.Extension;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.jupiter.api.extension.TestExecutionExceptionHandler;
import org.junit.jupiter.api.extension.TestTemplateInvocationContext;
import org.junit.jupiter.api.extension.TestTemplateInvocationContextProvider;

/// Plays what is [Simulated], seed by seed.
final class Simulations implements TestTemplateInvocationContextProvider {
    Simulations() {}

    @Override
    public boolean supportsTestTemplate(ExtensionContext context) {
        return context.getRequiredTestMethod().isAnnotationPresent(Simulated.class);
    }

    @Override
    public Stream<TestTemplateInvocationContext> provideTestTemplateInvocationContexts(ExtensionContext context) {
        Simulated simulated = context.getRequiredTestMethod().getAnnotation(Simulated.class);
        return seeds(simulated.first(), simulated.seeds(), Long.getLong("seed")).mapToObj(Story::new);
    }

    /// @param only the one that is played alone, or null
    static LongStream seeds(long first, int count, @Nullable Long only) {
        if (count < 1) {
            throw new IllegalArgumentException("seeds " + count);
        }
        return only == null ? LongStream.range(first, first + count) : LongStream.of(only);
    }

    /// One seed's run of a test.
    record Story(long seed) implements TestTemplateInvocationContext, ParameterResolver, TestExecutionExceptionHandler {
        @Override
        public String getDisplayName(int invocation) {
            return "seed " + seed;
        }

        @Override
        public List<Extension> getAdditionalExtensions() {
            return List.of(this);
        }

        @Override
        public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
            Class<?> type = parameter.getParameter().getType();
            return type == World.class || type == RandomGenerator.class || type == long.class;
        }

        @Override
        public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
            Class<?> type = parameter.getParameter().getType();
            if (type == World.class) {
                return new World(seed);
            }
            return type == RandomGenerator.class ? Seeds.luck(seed) : (Object) seed;
        }

        @Override
        public void handleTestExecutionException(ExtensionContext context, Throwable failure) {
            throw Seeds.failed(seed, failure);
        }
    }
}
