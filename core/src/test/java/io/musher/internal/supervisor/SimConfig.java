package io.musher.internal.supervisor;

import io.musher.ReloadPolicy;
import io.musher.RestartPolicy;
import io.musher.StopPolicy;
import java.time.Duration;
import java.util.Random;

/** Any sensible rules. */
final class SimConfig {

    private SimConfig() {}

    static SupervisorConfig any(long seed, Random random) {
        Random apart = new Random(~seed); // the others are drawn as they were when seeds of old bugs were found
        return new SupervisorConfig(
                "shop",
                PortMode.values()[random.nextInt(3)],
                ReadinessRule.values()[random.nextInt(3)],
                Duration.ofMillis(1500 + random.nextInt(8000)),
                1 + random.nextInt(3),
                restart(random),
                new StopPolicy(
                        Duration.ofMillis(random.nextInt(3) == 0 ? random.nextInt(2000) : 0),
                        Duration.ofMillis(random.nextInt(4) == 0 ? 0 : random.nextInt(5000)),
                        Duration.ofMillis(random.nextInt(6) == 0 ? 0 : random.nextInt(3000))),
                reload(random).withOverlap(overlap(apart)),
                random.nextInt(4) == 0,
                apart.nextInt(4) == 0);
    }

    private static Duration overlap(Random random) {
        return Duration.ofMillis(random.nextBoolean() ? random.nextInt(4000) : 0);
    }

    private static ReloadPolicy reload(Random random) {
        return new ReloadPolicy(1 + random.nextInt(3), Duration.ofMillis(random.nextInt(2) * random.nextInt(3000)),
                Duration.ZERO,
                ReloadPolicy.OnFailure.values()[random.nextInt(2)]);
    }

    private static RestartPolicy restart(Random random) {
        RestartPolicy policy = switch (random.nextInt(6)) {
            case 0 -> RestartPolicy.never();
            case 1 -> RestartPolicy.onFailure();
            default -> RestartPolicy.always();
        };
        return random.nextInt(3) == 0
                ? policy.withGiveUp(2 + random.nextInt(4), Duration.ofSeconds(5 + random.nextInt(20))) : policy;
    }
}
