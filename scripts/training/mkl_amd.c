/* PyTorch's matrix library (Intel's MKL) takes slower code where the processor is not Intel's, although AMD's run the
   faster one as well: 53 against 70 GFLOP/s a core on a Zen 3. Loaded first, this answers its question with yes. */
int mkl_serv_intel_cpu_true(void) { return 1; }
