// Types of ECharts' one-file build, which loads in a tenth of the time that its many modules take.
declare module "echarts/dist/echarts.esm.min" {
  export * from "echarts";
}
