// A job of Kubernetes: an MPIJob (kubeflow, v2beta1) and the Dockerfile of its image.
import { stringify } from "yaml";
import { type ClusterJob, GRACE_SECONDS, resumable } from "./job.ts";

/** What only Kubernetes has. */
export interface KubernetesOptions {
  /** Name of the image that the Dockerfile makes. */
  readonly image: string;
  readonly namespace?: string | undefined;
  /** Claim of a volume that all pods share, for pictures and runs. */
  readonly claim: string;
  /** Where it is mounted, and where the training runs. */
  readonly directory: string;
}

/**
 * The manifest: a launcher that runs mpirun and a worker on each node. Where a pod is evicted the run saves a checkpoint; the
 * launcher is started again, and goes on from there.
 */
export function mpiJob(job: ClusterJob, options: KubernetesOptions): string {
  const { name, nodes, ranksPerNode, cpusPerRank, memory, time } = job;
  const words = resumable(job.words, `outputs/${name}`);
  const volumes = [{ name: "shared", persistentVolumeClaim: { claimName: options.claim } }];
  const volumeMounts = [{ name: "shared", mountPath: options.directory }];
  const bind = cpusPerRank === undefined ? ["--bind-to", "none"] : ["--map-by", `slot:PE=${cpusPerRank}`];
  const mpirun = [
    ...["mpirun", "--allow-run-as-root", "-np", String(nodes * ranksPerNode), ...bind],
    ...["--wdir", options.directory, "classifier-training", ...words],
  ];
  const resources = {
    ...(cpusPerRank === undefined ? {} : { cpu: cpusPerRank * ranksPerNode }),
    ...(memory === undefined ? {} : { memory: memory.replace(/([KMGT])B?$/, "$1i") }),
  };
  const limits =
    Object.keys(resources).length === 0 ? {} : { resources: { requests: resources, limits: resources } };
  return stringify(
    {
      apiVersion: "kubeflow.org/v2beta1",
      kind: "MPIJob",
      metadata: { name, ...(options.namespace === undefined ? {} : { namespace: options.namespace }) },
      spec: {
        slotsPerWorker: ranksPerNode,
        mpiImplementation: "OpenMPI",
        runPolicy: {
          cleanPodPolicy: "Running",
          backoffLimit: 100,
          ...(time === undefined ? {} : { activeDeadlineSeconds: secondsOf(time) }),
        },
        mpiReplicaSpecs: {
          Launcher: {
            replicas: 1,
            restartPolicy: "OnFailure",
            template: {
              spec: {
                terminationGracePeriodSeconds: GRACE_SECONDS,
                containers: [
                  {
                    name: "launcher",
                    image: options.image,
                    // mpirun kills at SIGTERM, and passes SIGUSR1 on.
                    command: ["bash", "-c", FORWARD, "launcher", ...mpirun],
                    volumeMounts,
                  },
                ],
                volumes,
              },
            },
          },
          Worker: {
            replicas: nodes,
            template: {
              spec: {
                terminationGracePeriodSeconds: GRACE_SECONDS,
                containers: [
                  {
                    name: "worker",
                    image: options.image,
                    command: ["/usr/sbin/sshd", "-De"],
                    lifecycle: {
                      preStop: {
                        exec: {
                          command: [
                            "bash",
                            "-c",
                            `pkill -USR1 -f bin/classifier-training; sleep ${GRACE_SECONDS / 2}`,
                          ],
                        },
                      },
                    },
                    ...limits,
                    volumeMounts,
                  },
                ],
                volumes,
              },
            },
          },
        },
      },
    },
    { lineWidth: 0, aliasDuplicateObjects: false },
  );
}

/** Runs its words; SIGTERM becomes SIGUSR1 for them. */
const FORWARD = [
  "trap 'kill -USR1 $child' TERM",
  '"$@" & child=$!',
  "wait $child; code=$?",
  "while kill -0 $child 2>/dev/null; do wait $child; code=$?; done",
  "exit $code",
].join("\n");

/** The image: Node.js, Open MPI, oneDNN and this toolkit, with the server that mpirun starts its processes by. */
export function dockerfile(version: string): string {
  return `FROM node:22-bookworm-slim
RUN apt-get update \\
 && apt-get install -y --no-install-recommends openmpi-bin libopenmpi3 libdnnl2 openssh-server openssh-client procps \\
 && rm -rf /var/lib/apt/lists/* \\
 && mkdir -p /run/sshd \\
 && sed -i 's/#\\?StrictModes .*/StrictModes no/' /etc/ssh/sshd_config \\
 && printf 'Host *\\n  StrictHostKeyChecking no\\n  UserKnownHostsFile /dev/null\\n  LogLevel ERROR\\n' > /etc/ssh/ssh_config.d/mpi.conf
# The package of a build of one's own: npm pack, and COPY it here instead.
RUN npm install --global classifier-training@${version}
`;
}

/** Of `HH:MM:SS` or `D-HH:MM:SS`. */
function secondsOf(time: string): number {
  const [, days = "0", hours, minutes, seconds] = /^(?:(\d+)-)?(\d+):(\d+):(\d+)$/.exec(time) ?? [];
  return ((Number(days) * 24 + Number(hours)) * 60 + Number(minutes)) * 60 + Number(seconds);
}
