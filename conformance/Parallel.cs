// Tests mostly wait for the cluster: more of them than cores keep it busy, too many make every one of them slow.
[assembly: Parallelizable(ParallelScope.All)]
[assembly: LevelOfParallelism(8)]
