// Explanations of single predictions: Grad-CAM, occlusion, integrated gradients.
export { ExplainedNetwork, type LayerMaps } from "./explained-network.ts";
export { type GradCam, gradCam } from "./grad-cam.ts";
export { enlarge, type HeatMap } from "./heat-map.ts";
export {
  type IntegratedGradients,
  type IntegratedGradientsOptions,
  integratedGradients,
} from "./integrated-gradients.ts";
export { type Classify, type Occlusion, type OcclusionOptions, occlusion, rowsOf } from "./occlusion.ts";
