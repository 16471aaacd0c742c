/* deep: (i32) -> (i32) */
W2C_FN u32 f_deep(golden *const m, u32 p0) {
    u32 i0;
    if (p0 > 0u) {
        if (p0 > 1u) {
            if (p0 > 2u) {
                if (p0 > 3u) {
                    if (p0 > 4u) {
                        if (p0 > 5u) {
                            if (p0 > 6u) {
                                if (p0 > 7u) {
                                    if (p0 > 8u) {
                                        if (p0 > 9u) {
                                            if (p0 > 10u) {
                                                if (p0 > 11u) {
                                                if (p0 > 12u) {
                                                if (p0 > 13u) {
                                                if (p0 > 14u) {
                                                if (p0 > 15u) {
                                                if (p0 > 16u) {
                                                if (p0 > 17u) {
                                                if (p0 > 18u) {
                                                if (p0 > 19u) {
                                                if (p0 > 20u) {
                                                if (p0 > 21u) {
                                                if (p0 > 22u) {
                                                if (p0 > 23u) {
                                                if (p0 > 24u) {
                                                if (p0 > 25u) {
                                                if (p0 > 26u) {
                                                if (p0 > 27u) {
                                                if (p0 > 28u) {
                                                if (p0 > 29u) {
                                                if (p0 > 30u) {
                                                if (p0 > 31u) {
                                                if (p0 > 32u) {
                                                if (p0 > 33u) {
                                                if (p0 > 34u) {
                                                if (p0 > 35u) {
                                                if (p0 > 36u) {
                                                if (p0 > 37u) {
                                                if (p0 > 38u) {
                                                if (p0 > 39u) {
                                                if (!(p0 > 40u)) goto E41;
                                                if (!(p0 > 41u)) goto E42;
                                                if (!(p0 > 42u)) goto E43;
                                                if (!(p0 > 43u)) goto E44;
                                                i0 = 1000u;
                                                goto F44; E44:;
                                                i0 = 43u;
                                                F44:;
                                                goto F43; E43:;
                                                i0 = 42u;
                                                F43:;
                                                goto F42; E42:;
                                                i0 = 41u;
                                                F42:;
                                                goto F41; E41:;
                                                i0 = 40u;
                                                F41:;
                                                } else {
                                                i0 = 39u;
                                                }
                                                } else {
                                                i0 = 38u;
                                                }
                                                } else {
                                                i0 = 37u;
                                                }
                                                } else {
                                                i0 = 36u;
                                                }
                                                } else {
                                                i0 = 35u;
                                                }
                                                } else {
                                                i0 = 34u;
                                                }
                                                } else {
                                                i0 = 33u;
                                                }
                                                } else {
                                                i0 = 32u;
                                                }
                                                } else {
                                                i0 = 31u;
                                                }
                                                } else {
                                                i0 = 30u;
                                                }
                                                } else {
                                                i0 = 29u;
                                                }
                                                } else {
                                                i0 = 28u;
                                                }
                                                } else {
                                                i0 = 27u;
                                                }
                                                } else {
                                                i0 = 26u;
                                                }
                                                } else {
                                                i0 = 25u;
                                                }
                                                } else {
                                                i0 = 24u;
                                                }
                                                } else {
                                                i0 = 23u;
                                                }
                                                } else {
                                                i0 = 22u;
                                                }
                                                } else {
                                                i0 = 21u;
                                                }
                                                } else {
                                                i0 = 20u;
                                                }
                                                } else {
                                                i0 = 19u;
                                                }
                                                } else {
                                                i0 = 18u;
                                                }
                                                } else {
                                                i0 = 17u;
                                                }
                                                } else {
                                                i0 = 16u;
                                                }
                                                } else {
                                                i0 = 15u;
                                                }
                                                } else {
                                                i0 = 14u;
                                                }
                                                } else {
                                                i0 = 13u;
                                                }
                                                } else {
                                                i0 = 12u;
                                                }
                                                } else {
                                                i0 = 11u;
                                                }
                                            } else {
                                                i0 = 10u;
                                            }
                                        } else {
                                            i0 = 9u;
                                        }
                                    } else {
                                        i0 = 8u;
                                    }
                                } else {
                                    i0 = 7u;
                                }
                            } else {
                                i0 = 6u;
                            }
                        } else {
                            i0 = 5u;
                        }
                    } else {
                        i0 = 4u;
                    }
                } else {
                    i0 = 3u;
                }
            } else {
                i0 = 2u;
            }
        } else {
            i0 = 1u;
        }
    } else {
        i0 = 0u;
    }
    return i0;
}

/* deep_no_else: (i32) -> (i32) */
W2C_FN u32 f_deep_no_else(golden *const m, u32 p0) {
    u32 l1 = 0;
    if (p0 > 0u) {
        l1 = 1u;
        if (p0 > 1u) {
            l1 = 2u;
            if (p0 > 2u) {
                l1 = 3u;
                if (p0 > 3u) {
                    l1 = 4u;
                    if (p0 > 4u) {
                        l1 = 5u;
                        if (p0 > 5u) {
                            l1 = 6u;
                            if (p0 > 6u) {
                                l1 = 7u;
                                if (p0 > 7u) {
                                    l1 = 8u;
                                    if (p0 > 8u) {
                                        l1 = 9u;
                                        if (p0 > 9u) {
                                            l1 = 10u;
                                            if (p0 > 10u) {
                                                l1 = 11u;
                                                if (p0 > 11u) {
                                                l1 = 12u;
                                                if (p0 > 12u) {
                                                l1 = 13u;
                                                if (p0 > 13u) {
                                                l1 = 14u;
                                                if (p0 > 14u) {
                                                l1 = 15u;
                                                if (p0 > 15u) {
                                                l1 = 16u;
                                                if (p0 > 16u) {
                                                l1 = 17u;
                                                if (p0 > 17u) {
                                                l1 = 18u;
                                                if (p0 > 18u) {
                                                l1 = 19u;
                                                if (p0 > 19u) {
                                                l1 = 20u;
                                                if (p0 > 20u) {
                                                l1 = 21u;
                                                if (p0 > 21u) {
                                                l1 = 22u;
                                                if (p0 > 22u) {
                                                l1 = 23u;
                                                if (p0 > 23u) {
                                                l1 = 24u;
                                                if (p0 > 24u) {
                                                l1 = 25u;
                                                if (p0 > 25u) {
                                                l1 = 26u;
                                                if (p0 > 26u) {
                                                l1 = 27u;
                                                if (p0 > 27u) {
                                                l1 = 28u;
                                                if (p0 > 28u) {
                                                l1 = 29u;
                                                if (p0 > 29u) {
                                                l1 = 30u;
                                                if (p0 > 30u) {
                                                l1 = 31u;
                                                if (p0 > 31u) {
                                                l1 = 32u;
                                                if (p0 > 32u) {
                                                l1 = 33u;
                                                if (p0 > 33u) {
                                                l1 = 34u;
                                                if (p0 > 34u) {
                                                l1 = 35u;
                                                if (p0 > 35u) {
                                                l1 = 36u;
                                                if (p0 > 36u) {
                                                l1 = 37u;
                                                if (p0 > 37u) {
                                                l1 = 38u;
                                                if (p0 > 38u) {
                                                l1 = 39u;
                                                if (p0 > 39u) {
                                                l1 = 40u;
                                                if (!(p0 > 40u)) goto F41;
                                                l1 = 41u;
                                                if (!(p0 > 41u)) goto F42;
                                                l1 = 42u;
                                                if (!(p0 > 42u)) goto F43;
                                                l1 = 43u;
                                                if (!(p0 > 43u)) goto F44;
                                                l1 = 44u;
                                                F44:;
                                                F43:;
                                                F42:;
                                                F41:;
                                                }
                                                }
                                                }
                                                }
                                                }
                                                }
                                                }
                                                }
                                                }
                                                }
                                                }
                                                }
                                                }
                                                }
                                                }
                                                }
                                                }
                                                }
                                                }
                                                }
                                                }
                                                }
                                                }
                                                }
                                                }
                                                }
                                                }
                                                }
                                                }
                                            }
                                        }
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
    return l1;
}
