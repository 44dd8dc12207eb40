package chatd.daemon;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandleProxies;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;

/** SIGHUP, by which daemons are asked to read their configuration again; Java itself would end at it. */
final class Hangup {
    private Hangup() {}

    /**
     * Has something done at each SIGHUP, on a thread of the JVM's.
     *
     * @param handler must not fail
     */
    static void handle(Runnable handler) {
        try {
            // The compiler refuses to know the class, which every JDK has (module jdk.unsupported).
            Class<?> signal = Class.forName("sun.misc.Signal");
            Class<?> handlers = Class.forName("sun.misc.SignalHandler");
            MethodHandle run = MethodHandles.publicLookup()
                    .findVirtual(Runnable.class, "run", MethodType.methodType(void.class))
                    .bindTo(handler);
            Object ours =
                    MethodHandleProxies.asInterfaceInstance(handlers, MethodHandles.dropArguments(run, 0, signal));
            signal.getMethod("handle", signal, handlers)
                    .invoke(null, signal.getConstructor(String.class).newInstance("HUP"), ours);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("this Java knows no signals", e);
        }
    }
}
