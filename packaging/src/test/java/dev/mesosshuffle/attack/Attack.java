package dev.mesosshuffle.attack;

/** What an {@link AttackProcess} can run. */
interface Attack {
    /** Separates the kind of an attack from its name. */
    char SEPARATOR = '.';

    /** Names it, by its class. */
    String name();

    /** Runs it, to its end. */
    void attack(AttackTarget target) throws Exception;

    /** What the process is sent to run it. */
    default String command() {
        Enum<?> constant = (Enum<?>) this;
        return constant.getDeclaringClass().getSimpleName() + SEPARATOR + name();
    }

    /** Returns the attack of a command. */
    static Attack of(String command) {
        int separator = command.indexOf(SEPARATOR);
        String name = command.substring(separator + 1);
        String kind = command.substring(0, separator);
        if (kind.equals(NetworkAttack.class.getSimpleName())) {
            return NetworkAttack.valueOf(name);
        }
        if (kind.equals(HandshakeAttack.class.getSimpleName())) {
            return HandshakeAttack.valueOf(name);
        }
        if (kind.equals(StoppedHandshakes.class.getSimpleName())) {
            return StoppedHandshakes.valueOf(name);
        }
        if (kind.equals(HandshakeFlood.class.getSimpleName())) {
            return HandshakeFlood.valueOf(name);
        }
        throw new IllegalArgumentException("attack: " + command + " (expected: of a known kind)");
    }
}
