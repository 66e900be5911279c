package netkeep.engine.sim;

import java.lang.classfile.ClassFile;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.TypeKind;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.lang.invoke.MethodHandles;
import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Reads fields of two objects of a class, private ones too, in code that is made for them at first use: reflection
/// takes ten times as long, and every turn of every simulation is compared.
@FunctionalInterface
public interface FieldReader {
    /// Who is told what is in the fields, each by its place.
    interface Visitor {
        void reference(int field, @Nullable Object live, @Nullable Object built);

        void number(int field, long live, long built);
    }

    /// Tells what is in the fields of both.
    void read(Object live, Object built, Visitor to);

    /// Reads `fields`, all of which `type` declares.
    ///
    /// @param first the place that the first of them is told by
    static FieldReader of(Class<?> type, List<Field> fields, int first) {
        return made(type, code -> read(code, type, fields, first));
    }

    /// Tells nobody, but gives the live object what is in the other's `fields`, none of which is final.
    static FieldReader copying(Class<?> type, List<Field> fields) {
        return made(type, code -> copy(code, type, fields));
    }

    private static FieldReader made(Class<?> type, Consumer<CodeBuilder> body) {
        byte[] octets = ClassFile.of()
                .build(
                        ClassDesc.of(type.getPackageName(), "FieldsRead"),
                        made -> made.withInterfaceSymbols(describe(FieldReader.class))
                                .withMethodBody(
                                        ConstantDescs.INIT_NAME,
                                        ConstantDescs.MTD_void,
                                        ClassFile.ACC_PUBLIC,
                                        code -> code.aload(0)
                                                .invokespecial(
                                                        ConstantDescs.CD_Object,
                                                        ConstantDescs.INIT_NAME,
                                                        ConstantDescs.MTD_void)
                                                .return_())
                                .withMethodBody(
                                        "read",
                                        MethodTypeDesc.of(
                                                ConstantDescs.CD_void,
                                                ConstantDescs.CD_Object,
                                                ConstantDescs.CD_Object,
                                                describe(Visitor.class)),
                                        ClassFile.ACC_PUBLIC,
                                        body));
        try {
            MethodHandles.Lookup lookup = MethodHandles.privateLookupIn(type, MethodHandles.lookup())
                    .defineHiddenClass(octets, true, MethodHandles.Lookup.ClassOption.NESTMATE);
            Constructor<?> maker = lookup.lookupClass().getDeclaredConstructor();
            maker.setAccessible(true);
            return (FieldReader) maker.newInstance();
        } catch (ReflectiveOperationException wrong) {
            throw new AssertionError(type.getName(), wrong);
        }
    }

    private static void read(CodeBuilder code, Class<?> type, List<Field> fields, int first) {
        for (int index = 0; index < fields.size(); index++) {
            Field field = fields.get(index);
            boolean number = field.getType().isPrimitive();
            ClassDesc told = number ? ConstantDescs.CD_long : ConstantDescs.CD_Object;
            code.aload(3).loadConstant(first + index);
            for (int object = 1; object <= 2; object++) {
                code.aload(object)
                        .checkcast(describe(type))
                        .getfield(describe(type), field.getName(), describe(field.getType()));
                if (number) {
                    code.conversion(TypeKind.from(field.getType()).asLoadable(), TypeKind.LONG);
                }
            }
            code.invokeinterface(
                    describe(Visitor.class),
                    number ? "number" : "reference",
                    MethodTypeDesc.of(ConstantDescs.CD_void, ConstantDescs.CD_int, told, told));
        }
        code.return_();
    }

    private static void copy(CodeBuilder code, Class<?> type, List<Field> fields) {
        for (Field field : fields) {
            code.aload(1)
                    .checkcast(describe(type))
                    .aload(2)
                    .checkcast(describe(type))
                    .getfield(describe(type), field.getName(), describe(field.getType()))
                    .putfield(describe(type), field.getName(), describe(field.getType()));
        }
        code.return_();
    }

    private static ClassDesc describe(Class<?> type) {
        return ClassDesc.ofDescriptor(type.descriptorString());
    }
}
